import { RenderSettingError } from '@harmont/render'
import { SourceError } from '@harmont/source-set'
import { expect, test } from 'vitest'
import { sourceFailure } from './render-project.ts'

test.each([
  [new RenderSettingError('HM_RENDER_TIMEOUT: expected whole seconds like 60, got "3s".'), 2],
  [new SourceError('unreadable', 'a cannot be read'), 8],
])('%s is the user’s to fix', (error, exit) => {
  expect(sourceFailure(error)).toMatchObject({ exit, message: error.message })
})

test('any other error is passed on unchanged', () => {
  const error = new Error('a defect')
  expect(sourceFailure(error)).toBe(error)
})
