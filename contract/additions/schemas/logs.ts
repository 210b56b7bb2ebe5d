import type { JsonSchema } from '../../src/document.ts'
import {
  describe,
  integer,
  list,
  nullableInstant,
  nullableInteger,
  object,
  ref,
  text,
  yesOrNo,
} from '../json-schema.ts'

const line = describe(integer, 'A line of `logs.txt`, counted from 1.')

/** A list that holds texts and numbers: OpenAPI 3.0 cannot say which stands where. */
const tuple: JsonSchema = list({ oneOf: [{ type: 'string' }, { type: 'integer', nullable: true }] })

export const logSchemas: Readonly<Record<string, JsonSchema>> = {
  LogPage: object({
    from: line,
    sgr: describe(
      text,
      'The escape sequence that sets the colours in force before the first of these lines; empty when none are.',
    ),
    t0: describe(nullableInstant, 'The time that the times of lines count from.'),
    lines: describe(
      list(tuple),
      'Of each line: milliseconds since `t0` or null; 0 stdout or 1 stderr; its text without the line feed, at most 4,000 characters; flags ' +
        '(1 not UTF-8, 2 cut); and of a cut one its length in bytes, and at which byte of `logs.txt` it begins.',
    ),
    total_lines: integer,
    complete: describe(yesOrNo, 'Nothing will be added.'),
  }),
  LogGroup: object({
    line: describe(integer, 'The line that is its title.'),
    end: describe(nullableInteger, 'Its last line; null while it is open.'),
    title: text,
    kind: describe(text, '`closed`, `open` or `dim`: how it is shown at first.'),
    failed: describe(yesOrNo, 'The first error line is in it.'),
  }),
  LogRemark: object({
    line: describe(integer, 'Before which line it stands; after the last one where it is one more than there are.'),
    kind: describe(text, '`note`, `setup`, `lost`, `cap`, `retention` or `redaction`.'),
    message: text,
    bytes: nullableInteger,
    lines: nullableInteger,
  }),
  JobLogView: object({
    total_lines: integer,
    bytes: integer,
    complete: yesOrNo,
    first_error_line: describe(nullableInteger, 'The first of `errors`.'),
    groups: list(ref('LogGroup')),
    errors: describe(
      list(line),
      'Lines that report failures, once the log is complete; before that, or where none does, those that look like errors. At most 1,000.',
    ),
    remarks: describe(list(ref('LogRemark')), 'What the server says between lines.'),
    page: ref('LogPage'),
  }),
  LogSearchResult: object({
    total: describe(integer, 'How many hits are counted so far.'),
    complete: describe(yesOrNo, 'All lines that there are were searched.'),
    before: describe(integer, 'How many of them stand before the line from which hits are given.'),
    buckets: describe(list(integer), 'How many hits there are in each of up to 200 equal parts of the log.'),
    hits: list(
      object({
        line,
        ranges: describe(
          list(list(integer)),
          'Start and end of each hit in the text without escapes, in UTF-16 units.',
        ),
      }),
    ),
    next: describe(nullableInteger, 'The line to go on from; null where there are no more hits.'),
  }),
}
