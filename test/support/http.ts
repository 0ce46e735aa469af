/* Requests as no ordinary client sends them: in pieces, unfinished, or with the connection cut. */
import {once} from 'node:events'
import {request, type ClientRequest, type IncomingMessage} from 'node:http'

export type RawAnswer = {readonly status: number; readonly headers: IncomingMessage['headers']; readonly text: string}

export type OpenRequest = {
  readonly request: ClientRequest
  /** Rejects when the connection ends before the answer does. */
  readonly answer: Promise<RawAnswer>
}

/** A request whose body is written by the caller; `request.end()` finishes it, `request.destroy()` cuts the connection. */
export function openRequest(url: string, options: {method?: string; headers?: Readonly<Record<string, string>>} = {}): OpenRequest {
  const sent = request(url, {method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false})
  const answer = (async (): Promise<RawAnswer> => {
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return {status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString()}
  })()
  answer.catch(() => undefined) // whoever awaits it sees the error
  return {request: sent, answer}
}

/** One metric without labels, or with them as they are printed. */
export async function metric(url: string, name: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text()
  const line = page.split('\n').find(l => l.startsWith(`${name} `))
  return line === undefined ? Number.NaN : Number(line.slice(name.length + 1))
}
