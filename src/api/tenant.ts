/*
 * Which tenant a request belongs to (loki-http-api § 4): `X-Scope-OrgID` when auth is on, the configured one (`fake`) when it is off.
 */
import {Failure} from '../model/index.ts'

const TENANT_BYTES_MAX = 150
const FORBIDDEN = /[^A-Za-z0-9!\-_.*'()]/

/** @throws {Failure} UNAUTHENTICATED without a header, BAD_REQUEST for an id outside the rules or for several ids. */
export function tenantOf(header: string | string[] | undefined, authEnabled: boolean, onlyTenant: string): string {
  if (!authEnabled) return onlyTenant
  const id = Array.isArray(header) ? header[0] : header
  if (id === undefined || id === '') throw new Failure('UNAUTHENTICATED', 'no org id')
  const ids = [...new Set(id.split('|'))]
  for (const one of ids) validate(one)
  // One query over several tenants is not offered yet; Loki itself has it off by default.
  if (ids.length > 1) throw new Failure('BAD_REQUEST', 'multiple org IDs present')
  return id.split('|')[0] ?? onlyTenant
}

function validate(id: string): void {
  if (id === '') throw new Failure('UNAUTHENTICATED', 'no org id')
  const bad = FORBIDDEN.exec(id)
  if (bad !== null) throw new Failure('BAD_REQUEST', `tenant ID '${id}' contains unsupported character '${bad[0]}'`)
  if (id.length > TENANT_BYTES_MAX) throw new Failure('BAD_REQUEST', `tenant ID is too long: max ${TENANT_BYTES_MAX} characters`)
  if (id === '.' || id === '..') throw new Failure('BAD_REQUEST', `tenant ID is '.' or '..'`)
}
