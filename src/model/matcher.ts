/** A label matcher as LogQL writes it; regexes are fully anchored and dot-all. A missing label reads as "". */
export type MatcherOp = '=' | '!=' | '=~' | '!~'
export type Matcher = {readonly name: string; readonly op: MatcherOp; readonly value: string}

/** A matcher ready to run: the query engine compiles the regex, the store only calls `matches`. */
export type LabelPredicate = Matcher & {readonly matches: (value: string) => boolean}
