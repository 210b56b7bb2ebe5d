import type { Curve } from './curve.ts'
import { buildCurve } from './curves/builds.ts'
import { engineCurves } from './curves/engine.ts'
import { logCurve } from './curves/log.ts'
import { parentCurves } from './curves/parent.ts'
import { planCurve } from './curves/plan.ts'
import { readerCurve } from './curves/readers.ts'
import { requestCurve } from './curves/requests.ts'
import { sourceCurve } from './curves/source.ts'
import { stepCurves } from './curves/steps.ts'

export const curves: readonly Curve[] = [
  planCurve,
  ...engineCurves,
  ...stepCurves,
  requestCurve,
  buildCurve,
  readerCurve,
  logCurve,
  ...parentCurves,
  sourceCurve,
]
