/** A query may have fewer UTF-8 bytes than this (logql.md § 1; what Loki's clients already live with). */
export const QUERY_BYTES_MAX = 131_072

/**
 * Height of a tree, in nodes. Everything after the parser walks trees by recursion, and a chain such as `a + b + c …`
 * leans to the left one level per operator; 500 levels fit any stack with room to spare.
 */
export const TREE_HEIGHT_MAX = 500

/**
 * Parentheses, aggregations and comma-joined label filters inside each other while parsing; three frames each.
 * More than twice the height, as printing a tree of that height may need two for each of its nodes, and must be readable.
 */
export const NESTING_MAX = 1_100
