/* format_query: recorded answers, and the broken-up form of long queries. */
import {describe, expect, test} from 'vitest'
import {Failure} from '../../../src/model/index.ts'
import {format} from '../../../src/query/logql/index.ts'
import {bare, cases, read} from './support.ts'

type Answer = {status: 'success'; data: string} | {status: 'invalid-query'; error: string}

function answer(query: string): Answer {
  try {
    return {status: 'success', data: format(read(query))}
  } catch (error) {
    if (!Failure.is(error)) throw error
    return {status: 'invalid-query', error: error.message}
  }
}

describe('format', () => {
  test.each(cases('format-query'))('recorded $name', ({params, body}) => {
    expect(answer(String(params['query']))).toEqual(body)
  })

  const long = [
    [
      'sum(rate({job="loki", namespace="loki-prod", container="nginx-ingress"} | logfmt | error="some error" |= "more text" [5m])) by (job)',
      `sum by (job)(
  rate(
    {job="loki", namespace="loki-prod", container="nginx-ingress"}
      | logfmt
      | error="some error"
      |= "more text" [5m]
  )
)`,
    ],
    [
      'quantile_over_time(0.99, {container="ingress-nginx", service="hosted-grafana"} | json | unwrap response_latency | __error__="" [1m] offset 1h) by (cluster)',
      `quantile_over_time(
  0.99,
  {container="ingress-nginx", service="hosted-grafana"} | json
    | unwrap response_latency
    | __error__="" [1m] offset 1h
) by (cluster)`,
    ],
    [
      '{container="ingress-nginx", service="hosted-grafana"} |= "some text to look for" | json status="response.status" | status >= 500',
      `{container="ingress-nginx", service="hosted-grafana"}
  |= "some text to look for"
  | json status="response.status"
  | status>=500`,
    ],
    [
      'topk(5, sum by (app) (rate({env="production", cluster="europe-west"} |= "error" != "ignored completely" [5m]))) / on (app) group_left (team) (sum by (app, team) (rate({env="production", cluster="europe-west"}[5m])) * 100 + vector(1))',
      `  topk(
    5,
    sum by (app)(rate({env="production", cluster="europe-west"} |= "error" != "ignored completely"[5m]))
  )
/ on (app) group_left (team)
  ((sum by (app,team)(rate({env="production", cluster="europe-west"}[5m])) * 100) + vector(1.000000))`,
    ],
    [
      'sum by (app, team) (rate({env="production", cluster="europe-west"} |= "error" != "timeout" != "context canceled" |~ "GET|POST" != "healthz" | json |= "x" != "y" [1d])) * on (app, team) group_left (owner, site) vector(1) / ignoring (x) vector(1)',
      `    sum by (app, team)(
      rate(
        {env="production", cluster="europe-west"}
          |= "error" != "timeout" != "context canceled" |~ "GET|POST" != "healthz"
          | json
          |= "x" != "y" [1d]
      )
    )
  * on (app, team) group_left (owner, site)
    vector(1.000000)
/ ignoring (x) 
  vector(1.000000)`,
    ],
    [
      '(rate({env="production", cluster="europe-west", namespace="checkout"}[5m]) - rate({env="production", cluster="europe-west", namespace="cart"}[5m])) * 100 + 1',
      `    (
        rate({env="production", cluster="europe-west", namespace="checkout"}[5m])
      -
        rate({env="production", cluster="europe-west", namespace="cart"}[5m])
    )
  *
    100
+
  1`,
    ],
    [
      '{env="production", cluster="europe-west"} |= "a first text of the many that are looked for" |= "a second text of the many that are looked for" |= "3" |= "4"',
      `{env="production", cluster="europe-west"}
  |= "a first text of the many that are looked for" |= "a second text of the many that are looked for"
  |= "3"
  |= "4"`,
    ],
    [
      'max_over_time({env="production", cluster="europe-west"} | json | unwrap response_latency_seconds [1m] offset -1h30m) by (cluster, namespace)',
      `max_over_time(
  {env="production", cluster="europe-west"} | json
    | unwrap response_latency_seconds [1m] offset -1h30m0s
) by (cluster, namespace)`,
    ],
    [
      'label_replace(sum by (app) (rate({env="production", cluster="europe-west"} |= "error" [5m])), "destination", "$1", "app", "(.*)-service")',
      `label_replace(
  sum by (app)(rate({env="production", cluster="europe-west"} |= "error"[5m])),
  "destination",
  "$1",
  "app",
  "(.*)-service"
)`,
    ],
  ] as const
  test.each(long)('%s', (query, formatted) => {
    const text = format(read(query))
    expect(text).toBe(formatted)
    expect(bare(read(text))).toBe(bare(read(query)))
  })
})
