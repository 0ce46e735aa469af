/* Pushes as fast as the server takes them, over a few keep-alive connections, and times each. */
import {Agent, request} from 'node:http'

const CONNECTIONS = 4

export async function load(url, bodies) {
  const agent = new Agent({keepAlive: true, maxSockets: CONNECTIONS})
  const target = new URL('/loki/api/v1/push', url)
  const iterator = bodies[Symbol.iterator]()
  const latencies = []
  let rawBytes = 0
  let entries = 0
  const send = body =>
    new Promise((resolve, reject) => {
      const headers = {'content-type': 'application/x-protobuf', 'content-length': body.length}
      const req = request(target, {method: 'POST', agent, headers}, res => {
        let text = ''
        res.on('data', chunk => (text += chunk))
        res.on('end', () => resolve({status: res.statusCode, text, retryAfter: Number(res.headers['retry-after'] ?? 1)}))
      })
      req.on('error', reject)
      req.end(body)
    })
  const connection = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      const began = performance.now()
      for (;;) {
        const answer = await send(next.value.body)
        if (answer.status === 204) break
        if (answer.status !== 503 && answer.status !== 429) throw new Error(`push: ${answer.status} ${answer.text}`)
        await new Promise(resolve => setTimeout(resolve, answer.retryAfter * 1000))
      }
      latencies.push(performance.now() - began)
      rawBytes += next.value.rawBytes
      entries += next.value.entries
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({length: CONNECTIONS}, connection))
  agent.destroy()
  latencies.sort((a, b) => a - b)
  return {
    seconds: (performance.now() - began) / 1000,
    rawBytes,
    entries,
    pushes: latencies.length,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)],
    p99Ms: latencies[Math.floor(latencies.length * 0.99)],
  }
}
