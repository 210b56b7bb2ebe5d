import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { useNow } from '../../api/clock.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { lookOf } from '../../design/state.ts'
import { StateMark } from '../../design/state-mark.tsx'
import { formatDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import { isActive, ranMs } from '../data/job-state.ts'
import { shortReason } from '../sentences/failure-reason.ts'
import type { Step } from './graph-model.ts'
import { nameOf } from './graph-model.ts'

interface NodeData extends Record<string, unknown> {
  readonly steps: readonly [Step, ...Step[]]
  readonly isDimmed: boolean
}

export type StepFlowNode = Node<NodeData, 'step'>

/** Draws a step, or a folded node with a count of its states. */
export function StepNode({ data, selected }: NodeProps<StepFlowNode>) {
  const { steps, isDimmed } = data
  const [first] = steps
  const name = showInvisible(nameOf(first))
  return (
    <div
      title={name}
      className={`flex h-14 w-50 items-center gap-2 rounded-small border px-2 ${selected ? 'border-focus outline-2 outline-focus' : isDimmed ? 'border-hairline' : 'border-edge'} ${isDimmed ? 'bg-ground text-muted' : 'bg-raised'}`}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} className="invisible" />
      {steps.length === 1 ? <OneStep step={first} /> : <ManySteps steps={steps} />}
      <Handle type="source" position={Position.Right} isConnectable={false} className="invisible" />
    </div>
  )
}

function OneStep({ step }: { readonly step: Step }) {
  return (
    <>
      <StateMark state={step.state} cached={step.cached} softFailed={step.soft_failed} />
      <span className="min-w-0 flex-1">
        <span className="line-clamp-2 text-13 leading-4">
          <IsolatedText text={nameOf(step)} />
        </span>
        <span className="tabular flex gap-2 text-12 whitespace-nowrap text-muted">
          {isActive(step) ? <RunsFor step={step} /> : <Ran step={step} now={0} />}
        </span>
      </span>
    </>
  )
}

/** Shows duration and exit code, unless the icon is enough. */
function Ran({ step, now }: { readonly step: Step; readonly now: number }) {
  const ran = ranMs(step, now)
  const end = shortReason(step)
  return (
    <>
      {step.cached === true ? <span>cached</span> : ran !== null && <span>{formatDuration(ran)}</span>}
      {end !== null && <span>{end}</span>}
    </>
  )
}

function RunsFor({ step }: { readonly step: Step }) {
  return <Ran step={step} now={useNow()} />
}

function ManySteps({ steps }: { readonly steps: NodeData['steps'] }) {
  const byState = Map.groupBy(steps, ({ state, cached, soft_failed }) => {
    return lookOf(state, { cached: cached ?? false, softFailed: soft_failed }).word
  })
  return (
    <div className="min-w-0">
      <span className="line-clamp-1 text-13">
        <IsolatedText text={nameOf(steps[0])} /> and {steps.length - 1} more
      </span>
      <span className="flex gap-2 text-12 tabular">
        {[...byState.values()].map(([first, ...rest]) =>
          first === undefined ? null : (
            <span key={first.id} className="inline-flex items-center gap-1">
              <StateMark state={first.state} cached={first.cached} softFailed={first.soft_failed} size={12} />
              {rest.length + 1}
            </span>
          ),
        )}
      </span>
    </div>
  )
}
