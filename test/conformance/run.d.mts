export type Case = {name: string; topic: string; params?: Record<string, string | string[]>}
export function diff(c: Case, status: number, text: string): string | null
export function loadCases(folder: string): Case[]
export function push(url: string, dataset: unknown, waitSeconds: number): Promise<number>
export function send(url: string, c: Case): Promise<{status: number; text: string}>
