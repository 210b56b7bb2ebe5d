import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readChanges } from '../src/changes.js'

test('reads kind, text and issue', () => {
  assert.deepEqual(readChanges('- kind: fixed\n  text: A crash\n  issue: 7\n'), [
    { kind: 'fixed', text: 'A crash', issue: 7 },
  ])
})

test('an empty file has no changes', () => {
  assert.deepEqual(readChanges(''), [])
})

test('names the entry that is wrong', () => {
  assert.throws(() => readChanges('- kind: fixed\n  text: A\n- kind: odd\n  text: B\n'), /change 2: kind is one of/)
})
