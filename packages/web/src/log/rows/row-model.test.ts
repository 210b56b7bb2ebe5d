import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Group, Remark } from '../data/facts.ts'
import { type Row, RowModel, type RowSource } from './row-model.ts'

const remarkOf = (line: number, kind: string): Remark => ({ line, kind, message: kind, bytes: null, lines: null })
const groupOf = (line: number, end: number | null): Group => ({
  line,
  end,
  title: `g${line}`,
  kind: 'closed',
  failed: false,
})

/** Lists rows one by one, without optimization. */
function listed({ totalLines, groups, folded, remarks, isSetupOpen }: RowSource): Row[] {
  const rows: Row[] = []
  const hidden = (line: number) =>
    groups.find((group) => folded.has(group.line) && line > group.line && line <= (group.end ?? totalLines))
  // Remarks that are shown despite a folded group follow it.
  const placeOf = ({ line, kind }: Remark) => {
    const group = hidden(line)
    return group === undefined
      ? line
      : kind === 'note' || kind === 'setup'
        ? null
        : Math.min(group.end ?? totalLines, totalLines) + 1
  }
  for (let line = 1; line <= totalLines + 1; line++) {
    const here = remarks.flatMap((remark, index) => (placeOf(remark) === line ? [{ remark, index }] : []))
    let setupSince: number | null = null
    for (const { remark, index } of here) {
      if (remark.kind === 'setup') {
        if (setupSince === null) {
          const run = here.filter((one) => one.index >= index)
          const end = run.findIndex((one) => one.remark.kind !== 'setup')
          rows.push({ kind: 'setup', remarks: (end === -1 ? run : run.slice(0, end)).map((one) => one.remark), index })
          setupSince = index
        }
        if (isSetupOpen) rows.push({ kind: 'remark', remark, index })
      } else {
        setupSince = null
        rows.push({ kind: 'remark', remark, index })
      }
    }
    if (line > totalLines || hidden(line) !== undefined) continue
    const group = groups.find((one) => one.line === line)
    if (group === undefined) rows.push({ kind: 'line', line })
    else
      rows.push({
        kind: 'group',
        line,
        group,
        last: Math.min(group.end ?? totalLines, totalLines),
        isFolded: folded.has(line),
      })
  }
  return rows
}

const source: fc.Arbitrary<RowSource> = fc
  .record({
    totalLines: fc.integer({ min: 0, max: 30 }),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }),
    shorter: fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
    folds: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }),
    remarks: fc.array(
      fc.record({ line: fc.integer({ min: 1, max: 31 }), kind: fc.constantFrom('note', 'setup', 'lost', 'cap') }),
      { maxLength: 6 },
    ),
    isSetupOpen: fc.boolean(),
    isLive: fc.boolean(),
  })
  .map(({ totalLines, cuts, shorter, folds, remarks, isSetupOpen, isLive }) => {
    const starts = cuts.filter((line) => line <= totalLines).sort((a, b) => a - b)
    const groups = starts.map((line, at) => {
      const limit = (starts[at + 1] ?? totalLines + 1) - 1
      const isLast = at === starts.length - 1
      return groupOf(line, isLast && isLive ? null : Math.max(line, limit - (shorter[at] ?? 0)))
    })
    return {
      totalLines,
      groups,
      folded: new Set(folds),
      remarks: remarks
        .filter(({ line }) => line <= totalLines + 1)
        .sort((a, b) => a.line - b.line)
        .map(({ line, kind }) => remarkOf(line, kind)),
      isSetupOpen,
      only: null,
    }
  })

test('web L9 rows match a simple listing, for all folds and remarks', () => {
  fc.assert(
    fc.property(source, (given) => {
      const model = new RowModel(given)
      const rows = listed(given)
      expect(Array.from({ length: model.count }, (_, at) => model.rowAt(at))).toEqual(rows)
      expect(model.rowAt(model.count)).toBeUndefined()
      for (let line = 1; line <= given.totalLines; line++) {
        const at = rows.findIndex((row) => (row.kind === 'line' || row.kind === 'group') && row.line === line)
        expect(model.isShown(line)).toBe(at !== -1)
        if (at !== -1) expect(model.rowOf(line)).toBe(at)
      }
    }),
    { numRuns: scaled(500) },
  )
})

test("web L9 a line in a folded group resolves to the group's title", () => {
  const model = new RowModel({
    totalLines: 10,
    groups: [groupOf(3, 8)],
    folded: new Set([3]),
    remarks: [],
    isSetupOpen: false,
    only: null,
  })
  expect(model.count).toBe(5)
  expect(model.rowAt(model.rowOf(6))).toMatchObject({ kind: 'group', line: 3, last: 8, isFolded: true })
})

test('web L12 a filter leaves only its lines', () => {
  const model = new RowModel({
    totalLines: 10,
    groups: [groupOf(3, 8)],
    folded: new Set([3]),
    remarks: [],
    isSetupOpen: false,
    only: [2, 5, 9],
  })
  expect([0, 1, 2, 3].map((at) => model.rowAt(at))).toEqual([
    ...[2, 5, 9].map((line) => ({ kind: 'line', line })),
    undefined,
  ])
  expect([model.rowOf(5), model.rowOf(7), model.isShown(7)]).toEqual([1, 1, false])
})
