/*
 * Speed of the kernels and their twins, MB/s of uncompressed bytes: best (median).
 *
 *   node bench/micro/kernel.bench.mjs [filter] [--smoke]       after npm run build
 */
import {compress as zstdCompress, decompress as zstdDecompress} from '@cloudpss/zstd/wasm'
import protobuf from 'protobufjs'
import snappy from 'snappy'
import {bitPack, createKernel} from '../../dist/kernel/index.js'
import {pushes} from '../generator.mjs'

const smoke = process.argv.includes('--smoke')
const filter = process.argv.slice(2).find(argument => !argument.startsWith('--'))

function measure(name, bytes, run) {
  if (filter !== undefined && !name.includes(filter)) return
  const times = []
  const until = performance.now() + (smoke ? 20 : 700)
  for (let i = 0; i < 3 || (performance.now() < until && i < 2000); i++) {
    const start = performance.now()
    run()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  const rate = ms => Math.round(bytes / ms / 1000)
  console.log(`${name.padEnd(44)} ${String(rate(times[0])).padStart(7)} (${rate(times[times.length >> 1])})`)
}

const push = pushes(1, 4_000_000).next().value
const sample = createKernel()
const raw = Uint8Array.from(sample.snappyDecode(push.body, 1 << 30))
const parsed = sample.parsePush(raw)
const lines = []
for (let row = 0; row < parsed.rowCount; row++) lines.push(raw.subarray(parsed.lineOff[row], parsed.lineOff[row] + parsed.lineLen[row]))
const flags = parsed.flags.reduce((counts, flag) => ({...counts, [flag]: (counts[flag] ?? 0) + 1}), {})
console.log(
  `push: ${push.body.length} bytes, ${raw.length} raw, ${lines.length} rows, ${(parsed.metaCount.reduce((a, b) => a + b) / lines.length).toFixed(1)} pairs a row, flags ${JSON.stringify(flags)}`,
)
// Without the metadata that tells levels, so that every line is looked at.
const plainLevels = withoutLevels(raw)

function withoutLevels(bytes) {
  const root = protobuf.parse(`syntax = "proto3";
    message P { repeated S s = 1; } message S { string l = 1; repeated E e = 2; }
    message E { T t = 1; bytes line = 2; repeated L m = 3; } message T { int64 s = 1; int32 n = 2; } message L { string n = 1; string v = 2; }`).root
  const type = root.lookupType('P')
  const message = type.decode(bytes)
  for (const stream of message.s)
    for (const entry of stream.e) entry.m = entry.m.map(pair => ({...pair, n: pair.n.replace(/level|severity/i, 'tier')}))
  return type.encode(message).finish()
}

// One block of 1 MiB of lines.
const block = Buffer.concat(lines).subarray(0, 1 << 20)
const blockLines = []
for (let at = 0, i = 0; at < block.length; i++) {
  blockLines.push(at)
  at += lines[i].length
}
const offsets = Uint32Array.from([...blockLines, block.length])
const rows = offsets.length - 1
const out = new Uint32Array(rows)
// 256 KiB of lines is what a part compresses at once.
const zstdFrames = [1, 3].map(level => ({level, frame: Uint8Array.from(zstdCompress(block.subarray(0, 1 << 18), level))}))
const zstdName = ({level, frame}) => `zstd level ${level}, 256 KiB, ratio ${((1 << 18) / frame.length).toFixed(2)}`
const newlines = new Uint32Array(block.length)
const text = Buffer.concat(lines.flatMap(line => [line, Buffer.from('\n')])).subarray(0, 1 << 20)
const needles = ['zq9-absent-x', 'error', 'level=', '7f3a9c0d', 'status=503', 'e']
const values = Float64Array.from({length: 8192}, (_, i) => (i * 2654435761) % 2 ** 26)
const packedBits = bitPack(values, 26)
const numbers = new Float64Array(values.length)

for (const plain of [false, true]) {
  const kernel = createKernel({plain})
  const label = plain ? 'plain ' : 'native'
  measure(`${label} snappyDecode`, raw.length, () => kernel.snappyDecode(push.body, raw.length))
  measure(`${label} parsePush`, raw.length, () => kernel.parsePush(raw))
  measure(`${label} parsePush, levels from lines`, plainLevels.length, () => kernel.parsePush(plainLevels))
  measure(`${label} parsePush, levels off`, plainLevels.length, () => kernel.parsePush(plainLevels, {levels: false}))
  measure(`${label} snappyDecode + parsePush`, raw.length, () => kernel.parsePush(kernel.snappyDecode(push.body, raw.length)))
  const packed = Uint8Array.from(kernel.lz4Compress(block))
  measure(`${label} lz4Compress, ratio ${(block.length / packed.length).toFixed(2)}`, block.length, () => kernel.lz4Compress(block))
  measure(`${label} lz4Decompress 1 MiB`, block.length, () => kernel.lz4Decompress(packed, block.length))
  const small = Uint8Array.from(kernel.lz4Compress(block.subarray(0, 1 << 18)))
  measure(`${label} lz4Decompress 256 KiB`, 1 << 18, () => kernel.lz4Decompress(small, 1 << 18))
  for (const zstd of zstdFrames) measure(`${label} ${zstdName(zstd)}`, 1 << 18, () => kernel.zstdDecompress(zstd.frame, 1 << 18))
  // In memory, as blocks are after decompression. Growing memory first, so that the view stays alive.
  kernel.findRows(block, offsets, Buffer.from('warm up'), false, out)
  const resident = kernel.lz4Decompress(packed, block.length)
  for (const needle of needles) {
    const found = kernel.findRows(resident, offsets, Buffer.from(needle), false, out)
    measure(`${label} findRows ${needle} (${found} of ${rows})`, block.length, () =>
      kernel.findRows(resident, offsets, Buffer.from(needle), false, out),
    )
  }
  measure(`${label} findRows error, fold`, block.length, () => kernel.findRows(resident, offsets, Buffer.from('error'), true, out))
  measure(`${label} findRows zq9-absent-x, copied in`, block.length, () =>
    kernel.findRows(block, offsets, Buffer.from('zq9-absent-x'), false, out),
  )
  measure(`${label} newlineIndex`, text.length, () => kernel.newlineIndex(text, newlines))
  measure(`${label} bitUnpack, values of 8 B`, values.length * 8, () => kernel.bitUnpack(packedBits, 26, values.length, numbers))
  measure(`${label} unpackDeltas, values of 8 B`, values.length * 8, () =>
    kernel.unpackDeltas(packedBits, 26, values.length, 1e9, 1000, numbers),
  )
}
measure('bitPack, values of 8 B', values.length * 8, () => bitPack(values, 26))
measure('snappy (native addon) uncompress', raw.length, () => snappy.uncompressSync(push.body, {copyOutputData: true}))
for (const zstd of zstdFrames) measure(`library (wasm) ${zstdName(zstd)}`, 1 << 18, () => zstdDecompress(zstd.frame))
