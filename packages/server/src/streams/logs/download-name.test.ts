import { anyCharacter } from '@harmont/test-kit/character'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { disposition } from './download-name.ts'

const name = { organization: 'acme', pipeline: 'ci', number: 60, step: 'test', service: null, attempt: 2 }

test('web L19 a download is named after organization, pipeline, build, step and attempt', () => {
  expect(disposition(name)).toBe('attachment; filename="acme-ci-60-test-2.log"')
  expect(disposition({ ...name, service: 'db' })).toBe('attachment; filename="acme-ci-60-test-db-2.log"')
  expect(disposition({ ...name, step: null })).toBe('attachment; filename="acme-ci-60-render-2.log"')
  expect(disposition({ ...name, step: 'prüfe (1)' })).toBe(
    `attachment; filename="acme-ci-60-pr_fe__1_-2.log"; filename*=UTF-8''acme-ci-60-pr%C3%BCfe%20%281%29-2.log`,
  )
})

test('no step key makes the name a path or another header', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 300 }), (step) => {
      const header = disposition({ ...name, step })
      expect(header).toMatch(/^attachment; filename="[A-Za-z0-9._-]+"(?:; filename\*=UTF-8''[A-Za-z0-9._~!%-]+)?$/)
      const [, whole = ''] = /filename\*=UTF-8''(.*)$/.exec(header) ?? []
      expect(decodeURIComponent(whole)).not.toMatch(/[/\\\n\r]/)
    }),
  )
})
