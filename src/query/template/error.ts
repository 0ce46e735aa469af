/** A template that does not parse, or fails while it runs; the message is Go's. */
export class TemplateError extends Error {}
