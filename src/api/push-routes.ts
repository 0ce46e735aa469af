/*
 * Where agents push. The route hands the body on as received and answers what ingest says; a 204 means the entries are
 * synced to disk, and `X-Skald-Durability` names that class.
 */
import type {FastifyInstance} from 'fastify'
import type {Ingest} from '../ingest/index.ts'
import {sendText} from './server.ts'
import {tenantOf} from './tenant.ts'

export type PushRoutesDeps = {readonly ingest: Ingest; readonly authEnabled: boolean; readonly tenant: string}

export function pushRoutes(server: FastifyInstance, {ingest, authEnabled, tenant: onlyTenant}: PushRoutesDeps): void {
  for (const [url, legacy] of [
    ['/loki/api/v1/push', false],
    ['/api/prom/push', true],
  ] as const) {
    server.post(url, {config: {errorNewline: true, admission: ingest.admission}}, async (request, reply) => {
      const {ticket} = request
      try {
        const answer = await ingest.push({
          tenant: tenantOf(request.headers['x-scope-orgid'], authEnabled, onlyTenant),
          contentType: request.headers['content-type'],
          contentEncoding: request.headers['content-encoding'],
          body: request.body instanceof Uint8Array ? request.body : new Uint8Array(0),
          legacy,
          ...(ticket === undefined ? {} : {ticket}),
        })
        if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(answer.retryAfterSeconds)))
        if (answer.status < 300 && answer.blocked !== true) reply.header('x-skald-durability', 'disk')
        return answer.message === undefined ? reply.code(answer.status).send() : sendText(reply, answer.status, `${answer.message}\n`)
      } finally {
        ticket?.release()
      }
    })
  }
}
