/*
 * What operators and load balancers ask: readiness, metrics, build, the effective configuration.
 * None of them needs a tenant.
 */
import type {FastifyInstance} from 'fastify'
import {sendText} from './server.ts'

export type StatusRoutesDeps = {
  /** Undefined when ready, else the reason why not. */
  notReady: () => string | undefined
  /** The page in Prometheus' text format. */
  metrics: () => Promise<string>
  /** Moves what is in memory to parts; resolves when that is done. */
  flush: () => Promise<void>
  /** The effective options as YAML. */
  config: () => string
  version: string
}

export function statusRoutes(server: FastifyInstance, deps: StatusRoutesDeps): void {
  const config = {errorNewline: true}
  server.get('/ready', {config}, (_request, reply) => {
    const reason = deps.notReady()
    return sendText(reply, reason === undefined ? 200 : 503, `${reason ?? 'ready'}\n`)
  })
  server.get('/metrics', {config}, async (_request, reply) => {
    return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await deps.metrics())
  })
  server.route({
    method: ['GET', 'POST'],
    url: '/flush',
    config,
    handler: async (_request, reply) => {
      await deps.flush()
      return reply.code(204).send()
    },
  })
  server.get('/config', {config}, (_request, reply) => sendText(reply, 200, deps.config()))
  server.get('/loki/api/v1/status/buildinfo', {config}, (_request, reply) => {
    const info = {version: deps.version, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: ''}
    // Bytes, as Fastify would add a charset to text.
    return reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(info)))
  })
}
