/*
 * The HTTP API: Loki's endpoints over ingest and the query engine. Parses a request, calls, encodes; no algorithm.
 */
import type {FastifyInstance} from 'fastify'
import {pushRoutes, type PushRoutesDeps} from './push-routes.ts'
import {queryRoutes, type QueryRoutesDeps} from './query-routes.ts'
import {createServer, type ServerOptions} from './server.ts'
import {statusRoutes, type StatusRoutesDeps} from './status-routes.ts'

export type ApiOptions = ServerOptions & PushRoutesDeps & QueryRoutesDeps & StatusRoutesDeps

/** A server that is not listening yet. */
export function createApi(options: ApiOptions): FastifyInstance {
  const server = createServer(options)
  pushRoutes(server, options)
  queryRoutes(server, options)
  statusRoutes(server, options)
  return server
}
