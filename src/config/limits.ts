/*
 * Which limits a tenant has: the profile's defaults, then what is set for all, then what is set for the tenant.
 *
 * Limits objects are frozen and live as long as the settings they came from: a reload makes new ones, so whoever
 * caches something derived from a tenant's limits compares the object's identity.
 */
import type {Overrides, Setting, Settings} from './sources.ts'
import {ROWS, type Limits} from './rows.ts'

export type Profile = 'skald' | 'loki'

export type LimitsTable = {
  readonly defaults: Limits
  readonly tenants: ReadonlyMap<string, Limits>
}

export type ReloadResult = {readonly ok: true; readonly warnings: readonly string[]} | {readonly ok: false; readonly message: string}

export interface LimitsProvider {
  /** Cheap enough for every push. The same object until a reload. */
  forTenant(tenant: string): Limits
  /** Tenants with limits of their own. */
  tenants(): string[]
  /** Reads the sources again. When they are invalid the limits stay, and the result says why. Never throws. */
  reload(): ReloadResult
}

/** @param read  gives the table afresh; throws Failure on invalid settings. */
export function createLimitsProvider(read: () => {table: LimitsTable; warnings: readonly string[]}): LimitsProvider {
  let {table} = read()
  return {
    forTenant: tenant => table.tenants.get(tenant) ?? table.defaults,
    tenants: () => [...table.tenants.keys()].toSorted(),
    reload() {
      try {
        const next = read()
        table = next.table
        return {ok: true, warnings: next.warnings}
      } catch (error) {
        return {ok: false, message: error instanceof Error ? error.message : String(error)}
      }
    },
  }
}

/** Limits that never change: for tests and tools. `set` has option names, as in YAML. */
export function fixedLimits(set: Readonly<Record<string, string>> = {}, profile: Profile = 'skald'): LimitsProvider {
  const problems: string[] = []
  const settings = new Map(Object.entries(set).map(([name, text]): [string, Setting] => [`limits.${name}`, {text, origin: name}]))
  settings.set('limits.profile', {text: profile, origin: 'profile'})
  const table = resolveLimits(settings, new Map(), problems)
  if (problems.length > 0) throw new Error(problems.join('; '))
  return createLimitsProvider(() => ({table, warnings: []}))
}

/** @param problems  receives what is wrong; the table is then not to be used. */
export function resolveLimits(settings: Settings, overrides: Overrides, problems: string[]): LimitsTable {
  const none: Settings = new Map()
  const defaults = limitsOf(settings, none, problems)
  const tenants = new Map<string, Limits>()
  for (const [tenant, own] of overrides) tenants.set(tenant, limitsOf(settings, own, problems))
  return {defaults, tenants}
}

function limitsOf(settings: Settings, own: Settings, problems: string[]): Limits {
  const profile = (own.get('profile') ?? settings.get('limits.profile'))?.text ?? 'skald'
  if (profile !== 'skald' && profile !== 'loki') {
    const origin = own.get('profile')?.origin
    // A bad profile for all is reported where the other options are read.
    if (origin !== undefined) problems.push(`${origin}: ${JSON.stringify(profile)} is not one of skald, loki`)
  }
  const values: Record<string, unknown> = {}
  for (const row of ROWS) {
    if (row.loki === undefined) continue
    const setting = own.get(row.name) ?? settings.get(row.key)
    const text = setting?.text ?? (profile === 'loki' ? row.loki : row.option.fallback)
    try {
      values[row.property] = row.option.parse(text)
    } catch (error) {
      const problem = `${setting?.origin ?? row.key}: ${error instanceof Error ? error.message : String(error)}`
      if (!problems.includes(problem)) problems.push(problem)
    }
  }
  // Every property of Limits is a row of the table, which is where the type comes from.
  return Object.freeze(values) as Limits
}
