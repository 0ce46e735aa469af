/*
 * One query per stage and function: what it costs is what the stage costs, as nearly as a query can.
 *
 * A count in windows of an hour makes nearly no result, so the lines are all there is to do. Parsers run only for what is
 * looked at, so each query says by its grouping, filters or unwrap which labels those are.
 *
 * Row: name; query; `lines`: the selector of the lines it reads, on which MB are counted.
 */
export const EVERYTHING = '{env=~".+"}'
const JSON_LINES = '{kind="json"}'
const LOGFMT = '{kind="logfmt"}'
const ACCESS = '{kind="access"}'
const PACKED = '{kind="packed"}'
const ANSI = '{kind="ansi"}'

const PATTERN = '`<ip> - - [<time>] "<method> <path> <_>" <status> <size> <_> "<agent>" <took>`'
const REGEXP = '`^(?P<ip>\\S+) - - \\[[^\\]]*\\] "(?P<method>\\S+) (?P<path>\\S+) [^"]*" (?P<status>\\d+)`'
// Everything that would make a series of its own; without these all labels are made, and few series.
const DISTINCT =
  'ts, msg, logger, caller, status, duration, duration_ms, bytes, user, user_id, user_id_extracted, user_ip, trace_id, span_id, host_ip, http_status, http_route, severity, pod, node, container_id, version, region, ip, time, path, size, agent, took'

const count = (name, lines, pipeline) => ({name, lines, query: `sum(count_over_time(${lines} ${pipeline} [1h]))`})
const countBy = (name, lines, pipeline, by) => ({name, lines, query: `sum by (${by}) (count_over_time(${lines} ${pipeline} [1h]))`})
const countAll = (name, lines, pipeline) => ({name, lines, query: `sum without (${DISTINCT}) (count_over_time(${lines} ${pipeline} [1h]))`})
const over = (name, lines, call, pipeline) => ({name, lines, query: `sum(${call}${lines} ${pipeline} [1h]))`})
const by = (name, call, pipeline) => ({name, lines: LOGFMT, query: `${call}${LOGFMT} ${pipeline} [1h]) by (namespace)`})
const plain = (name, lines, query) => ({name, lines, query})
/** Also measured with lines that have to be read and decompressed. */
const cold = row => ({...row, cold: true})
/** A goal of the project, MB of lines per CPU-second. */
const goal = (mb, row) => ({...row, goal: mb})

const duration = '| logfmt | unwrap duration(duration)'

export const STAGES = [
  {
    title: 'Line filters',
    rows: [
      goal(1000, cold(count('|= rare', EVERYTHING, '|= "no such text anywhere"'))),
      goal(1000, cold(count('|= common', EVERYTHING, '|= "timeout"'))),
      count('!=', EVERYTHING, '!= "timeout"'),
      count('|= "a" or "b" or "c"', EVERYTHING, '|= "timeout" or "refused" or "snapshot"'),
      goal(1000, cold(count('|~ with a literal', EVERYTHING, '|~ `status=5\\d\\d`'))),
      goal(1000, count('|~ alternatives', EVERYTHING, '|~ "timeout|refused|snapshot"')),
      goal(1000, count('|~ (?i)', EVERYTHING, '|~ "(?i)TimeOut"')),
      count('|~ .*a.*b.*', EVERYTHING, '|~ ".*level=error.*duration=.*"'),
      count('|~ nothing to search for', EVERYTHING, '|~ `\\d\\d:\\d\\d:\\d\\d.*\\d{4}`'),
      count('!~', EVERYTHING, '!~ `status=5\\d\\d`'),
      count('|>', EVERYTHING, '|> "<_> level=error <_> status=503 <_>"'),
      count('!>', EVERYTHING, '!> "<_> level=error <_> status=503 <_>"'),
      count('|= ip()', EVERYTHING, '|= ip("10.3.0.0/16")'),
      count('!= then |= then |~', EVERYTHING, '!= "debug" |= "timeout" |~ `5\\d\\d`'),
    ],
  },
  {
    title: 'Label filters',
    rows: [
      count('stream label', EVERYTHING, '| kind="json"'),
      cold(count('metadata =', EVERYTHING, '| http_status="503"')),
      count('metadata =~', EVERYTHING, '| http_route=~"/api/v1/.*"'),
      count('metadata >=', EVERYTHING, '| http_status >= 500'),
      count('metadata, one of millions', EVERYTHING, '| trace_id="00000000000000000000000000000000"'),
      count('metadata and, or', EVERYTHING, '| http_status="503" or ( severity="error" and region=~"eu.*" )'),
      count('metadata ip()', EVERYTHING, '| host_ip=ip("10.3.0.0/16")'),
      count('parsed =', LOGFMT, '| logfmt | level="error"'),
      count('parsed =~', LOGFMT, '| logfmt | caller=~"cache.*"'),
      count('parsed number', LOGFMT, '| logfmt | status >= 500'),
      count('parsed duration', LOGFMT, '| logfmt | duration > 500ms'),
      count('parsed bytes', LOGFMT, '| logfmt | bytes > 20KB'),
      count('parsed ip()', JSON_LINES, '| json | user_ip=ip("10.3.0.0/16")'),
      count('__error__', JSON_LINES, '| json | __error__=""'),
    ],
  },
  {
    title: 'Parsers',
    rows: [
      goal(250, cold(countBy('json, one field', JSON_LINES, '| json', 'method'))),
      countBy('json, one nested field', JSON_LINES, '| json | user_id=~".*7"', 'level'),
      countAll('json, all fields', JSON_LINES, '| json'),
      countBy('json expressions', JSON_LINES, '| json method="method", ip="user.ip" | ip!=""', 'method'),
      goal(400, cold(countBy('logfmt, one field', LOGFMT, '| logfmt', 'level'))),
      goal(400, countBy('logfmt, one late field', LOGFMT, '| logfmt | user=~".*7"', 'kind')),
      countAll('logfmt, all fields', LOGFMT, '| logfmt'),
      countBy('logfmt --strict', LOGFMT, '| logfmt --strict', 'level'),
      countBy('logfmt expressions', LOGFMT, '| logfmt s="status", l="level" | s!=""', 'l'),
      countBy('regexp', ACCESS, `| regexp ${REGEXP}`, 'status'),
      countBy('pattern, one field', ACCESS, `| pattern ${PATTERN}`, 'status'),
      countAll('pattern, all fields', ACCESS, `| pattern ${PATTERN}`),
      countBy('unpack', PACKED, '| unpack', 'stream'),
      countBy('unpack, then logfmt', PACKED, '| unpack | logfmt', 'level'),
      countBy('line filter, json, label filter', JSON_LINES, '|= "timeout" | json | status >= 500', 'method'),
    ],
  },
  {
    title: 'Other stages',
    rows: [
      count('line_format', LOGFMT, '| logfmt | line_format "{{.level}} {{.msg}}" |= "error"'),
      count('line_format, functions', LOGFMT, '| logfmt | line_format "{{ .msg | upper | trunc 20 }} {{ add 1 2 }}" |= "ERROR"'),
      countBy('label_format rename', LOGFMT, '| logfmt | label_format l=level', 'l'),
      countBy('label_format template', LOGFMT, '| logfmt | label_format l="{{.level}}-{{.status}}"', 'l'),
      countBy(
        'label_format, functions',
        LOGFMT,
        '| logfmt | label_format l="{{ if eq .level `error` }}{{ .caller | replace `.go` `` | upper }}{{ else }}{{ .level | title }}{{ end }}"',
        'l',
      ),
      countBy('decolorize', ANSI, '| decolorize | pattern "<_> <level> <_>"', 'level'),
      countAll('drop', LOGFMT, '| logfmt | drop level, trace_id, span_id'),
      countBy('drop where', LOGFMT, '| logfmt | drop level="info"', 'level'),
      countAll('keep', LOGFMT, '| logfmt | keep level, status'),
    ],
  },
  {
    title: 'Range aggregations',
    rows: [
      cold(plain('count_over_time, nothing else', EVERYTHING, `sum(count_over_time(${EVERYTHING}[1h]))`)),
      plain('rate, windows of 5m', EVERYTHING, `sum(rate(${EVERYTHING}[5m]))`),
      plain('bytes_over_time by stream label', EVERYTHING, `sum by (kind) (bytes_over_time(${EVERYTHING}[1h]))`),
      plain('count by metadata', EVERYTHING, `sum by (http_status) (count_over_time(${EVERYTHING}[1h]))`),
      plain('count by detected_level', EVERYTHING, `sum by (detected_level) (count_over_time(${EVERYTHING}[10m]))`),
      countBy('count by parsed label', LOGFMT, '| logfmt', 'status'),
      countBy('count by parsed labels', LOGFMT, '| logfmt', 'level, status, kind'),
      over('sum_over_time, number', LOGFMT, 'sum_over_time(', '| logfmt | unwrap bytes'),
      over('sum_over_time, duration()', LOGFMT, 'sum_over_time(', duration),
      over('sum_over_time, bytes()', LOGFMT, 'sum_over_time(', '| logfmt | unwrap bytes(bytes)'),
      by('avg_over_time', 'avg_over_time(', duration),
      by('stddev_over_time', 'stddev_over_time(', duration),
      by('max_over_time', 'max_over_time(', duration),
      by('first_over_time', 'first_over_time(', duration),
      over('rate_counter', LOGFMT, 'rate_counter(', '| logfmt | keep namespace, bytes | unwrap bytes'),
      cold(by('quantile_over_time', 'quantile_over_time(0.95, ', duration)),
      plain('a series per trace', '{kind="klog"}', `sum(sum by (trace_id) (count_over_time({kind="klog"} | trace_id=~"0.*" [1h])))`),
      plain('absent_over_time', EVERYTHING, `absent_over_time(${EVERYTHING} |= "no such text anywhere" [1h])`),
    ],
  },
  {
    title: 'Above range aggregations',
    rows: [
      plain('topk', EVERYTHING, `topk(5, sum by (instance) (rate(${EVERYTHING}[5m])))`),
      plain('sort_desc', EVERYTHING, `sort_desc(sum by (instance) (rate(${EVERYTHING}[5m])))`),
      plain('binary, vector and scalar', EVERYTHING, `sum by (instance) (rate(${EVERYTHING}[5m])) * 60 > 1`),
      plain(
        'binary, two vectors',
        EVERYTHING,
        `sum by (instance) (rate({env=~".+", kind="json"}[5m])) / ignoring () sum by (instance) (rate({env=~".+"}[5m]))`,
      ),
      plain('label_replace', EVERYTHING, `label_replace(sum by (instance) (rate(${EVERYTHING}[5m])), "tens", "$1", "instance", "(.*).")`),
      plain('stddev of series', EVERYTHING, `stddev(sum by (instance) (rate(${EVERYTHING}[5m])))`),
    ],
  },
  {
    title: 'Entries',
    rows: [
      {name: 'newest 5,000', lines: EVERYTHING, query: EVERYTHING, limit: 5000},
      {name: 'newest 5,000 with json', lines: JSON_LINES, query: `${JSON_LINES} | json`, limit: 5000},
      {name: 'newest 5,000 of a rare label', lines: LOGFMT, query: `${LOGFMT} | logfmt | status="503" | duration > 900ms`, limit: 5000},
      {name: 'newest 5,000 formatted', lines: LOGFMT, query: `${LOGFMT} | logfmt | line_format "{{.level}} {{.msg}}"`, limit: 5000},
    ],
  },
]
