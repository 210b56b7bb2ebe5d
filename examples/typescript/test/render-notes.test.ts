import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderNotes } from '../src/render-notes.js'

test('groups changes by kind', () => {
  const notes = renderNotes('1.2.0', [
    { kind: 'fixed', text: 'A crash', issue: 7 },
    { kind: 'added', text: 'A flag', issue: undefined },
  ])
  assert.equal(notes, '# 1.2.0\n\n## Added\n\n- A flag\n\n## Fixed\n\n- A crash (#7)\n')
})

test('says so when nothing changed', () => {
  assert.equal(renderNotes('1.2.1', []), '# 1.2.1\n\nNothing changed.\n')
})
