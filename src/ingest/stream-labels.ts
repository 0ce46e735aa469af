/*
 * From the label text of a client to a stream: empty values dropped, sorted, service_name found, validated.
 */
import type {Limits} from '../config/index.ts'
import {formatLabels, sortLabels, type Label, type Labels} from '../model/index.ts'
import {parseLabelText} from './label-parser.ts'
import {labelComplaints, type Complaint} from './texts.ts'

const SERVICE_NAME = 'service_name'
const UNKNOWN_SERVICE = 'unknown_service'
/** Streams that Loki's own components write; they belong to no service. */
const INTERNAL = ['__aggregated_metric__', '__pattern__']

export type ReadLabels = {readonly labels: Labels; readonly canonical: string; readonly complaint: Complaint | undefined}

/** @throws {Failure} BAD_REQUEST when the text does not parse: that refuses the whole push. */
export function readLabels(text: Uint8Array, tenant: string, limits: Limits): ReadLabels {
  const labels = parseLabelText(text).filter(label => label.value !== '')
  const service = discoverService(labels, limits.discoverServiceName)
  if (service !== undefined) labels.push({name: SERVICE_NAME, value: service})
  const sorted = sortLabels(labels)
  const canonical = formatLabels(sorted)
  return {labels: sorted, canonical, complaint: complaintOf(sorted, canonical, tenant, limits)}
}

function discoverService(labels: readonly Label[], candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const values = new Map<string, string>()
  for (const {name, value} of labels) if (!values.has(name)) values.set(name, value)
  if (values.has(SERVICE_NAME) || INTERNAL.some(name => values.has(name))) return undefined
  for (const name of candidates) {
    const value = values.get(name)
    if (value !== undefined) return value
  }
  return UNKNOWN_SERVICE
}

function complaintOf(labels: Labels, stream: string, tenant: string, limits: Limits): Complaint | undefined {
  if (labels.length === 0) return labelComplaints.none()
  const count = labels.filter(label => label.name !== SERVICE_NAME).length
  if (count > limits.maxLabelNamesPerSeries) return labelComplaints.tooMany(stream, count, limits.maxLabelNamesPerSeries)
  let last: string | undefined
  for (const {name, value} of labels) {
    if (Buffer.byteLength(name) > limits.maxLabelNameLength) return labelComplaints.nameTooLong(stream, name)
    if (Buffer.byteLength(value) > limits.maxLabelValueLength) return labelComplaints.valueTooLong(stream, value)
    if (name === last) return labelComplaints.duplicate(stream, name)
    last = name
  }
  const missing = limits.enforcedLabels.filter(name => !labels.some(label => label.name === name))
  return missing.length > 0 ? labelComplaints.missingRequired(stream, missing, tenant) : undefined
}
