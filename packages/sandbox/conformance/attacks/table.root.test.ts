import { expect, it } from 'vitest'
import { named, namesUnder, readPage, withTable } from './table.ts'

it.each(Object.entries(named))('the page names exactly the attacks that are tried: %s', (heading, names) => {
  expect(namesUnder(heading, readPage())).toEqual(names)
})

it('regenerates one table of the page and keeps the rest', () => {
  const table = {
    heading: '## One',
    columns: ['a', 'b'],
    rows: [
      ['x', '1'],
      ['y', '2'],
    ],
  }
  const before = '# Page\n\n## One\n\nProse.\n\n| a | b |\n|---|---|\n| old | 0 |\n\n## Two\n\nMore.\n'
  const after = withTable(before, table)
  expect(after).toBe('# Page\n\n## One\n\nProse.\n\n| a | b |\n|---|---|\n| x | 1 |\n| y | 2 |\n\n## Two\n\nMore.\n')
  expect(withTable(after, table)).toBe(after)
  expect(namesUnder('## One', after)).toEqual(['x', 'y'])
})
