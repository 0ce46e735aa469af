/*
 * Every option of the server but the limits (limit-options.ts): `<section>.<name>`.
 *
 *   server.listen   --server.listen (--listen)   SKALD_SERVER_LISTEN   server: {listen: …}   config.server.listen
 *
 * Few settings, each with a reason. docs/CONFIG.md is generated from this table.
 */
import {boolean, bytes, choice, duration, integer, text, type Option} from './option.ts'

export const SECTIONS = {
  server: 'The HTTP listener, and what it lets in.',
  auth: 'Who a request belongs to.',
  store: 'Where data lives, and how it moves from the log to parts.',
  query: 'How much machine queries may use.',
  log: "Skald's own log, on standard error.",
  limits: 'What tenants may do. Every limit can be set alone, for all and per tenant, and is reloaded without a restart.',
} as const
export type Section = keyof typeof SECTIONS

export const OPTIONS = {
  'server.listen': text('127.0.0.1:3100', 'Address of the HTTP API.', {
    alias: 'listen',
    manual: 'Port 0 takes a free port. To be reached from other machines, listen on `0.0.0.0:3100`.',
  }),
  'server.body-size-max': bytes('100MB', 'Largest push body as received; more is 413.', {min: 1024}),
  'server.body-decoded-size-max': bytes('256MB', 'Largest push body after decompression; more is 413.', {
    min: 1024,
    manual: 'Bounds what gzip and snappy bombs can cost. It is checked while inflating, before memory is taken.',
  }),
  'server.in-flight-size-max': bytes('128MB', 'Decoded bytes of pushes in progress; more is 503 with Retry-After.', {
    min: 1024,
    manual: 'A single larger push is let in when nothing else is in progress, up to `server.body-decoded-size-max`.',
  }),
  'server.concurrent-pushes-max': integer('256', 'Pushes in progress at once; more is 503 with Retry-After.', {min: 1}),
  'server.query-body-size-max': bytes('10MB', 'Largest body of a query request.', {min: 1024}),
  'server.request-timeout': duration(
    '30s',
    'Time a client has to send a whole request, and may take without reading anything of a large answer.',
    {min: 1},
  ),
  'server.keep-alive-timeout': duration('75s', 'Idle connections are closed after this.'),
  'server.shutdown-timeout': duration('10s', 'Time running requests have to finish after SIGTERM.'),

  'auth.enabled': boolean('false', 'Take the tenant from X-Scope-OrgID, and refuse requests without.', {
    manual: 'Off, the header is ignored and everything belongs to `auth.tenant`.',
  }),
  'auth.tenant': text('fake', 'The one tenant when auth is off.', {manual: 'The default is what Loki uses.'}),

  'store.data-dir': text('./data', 'Directory for the log and the parts.', {alias: 'data'}),
  'store.head-size-max': bytes('20MB', 'Raw bytes held in memory before they are cut into a part.', {
    min: 64 * 1024,
    manual: 'About twice as much is in memory while parts are written. Larger makes larger first parts and longer replays at start.',
  }),
  'store.flush-age': duration('5m', 'Oldest entry held in memory before it is cut into a part, however small.', {min: 1}),

  'query.workers': integer('0', 'Query threads; 0 takes one per core, at most 4.', {max: 64}),
  'query.memory-max': bytes(
    '256MB',
    'Memory one query may hold; more fails that query. Answers that clients have not read yet may hold twice as much together; then it is 503.',
    {min: 1024 * 1024},
  ),
  'query.cache-size': bytes('64MB', 'Decoded chunks each query thread keeps.'),
  'query.concurrency-max': integer('16', 'Queries running at once; others wait.', {min: 1}),
  'query.queue-max': integer('256', 'Queries waiting; more are 429.'),

  'log.level': choice(['debug', 'info', 'warn', 'error', 'silent'], 'info', 'Least severe line that is written.'),
  'log.format': choice(['auto', 'text', 'json'], 'auto', 'auto is text on a terminal, json elsewhere.'),

  'limits.profile': choice(['skald', 'loki'], 'skald', 'Where limits start from.', {
    manual:
      '`skald` suits a person: no rate limits, entries of any age, no cap a dashboard meets on its first day; sizes stay bounded. ' +
      "`loki` sets every limit to Loki's documented default.",
  }),
} satisfies Record<`${Section}.${string}`, Option>
