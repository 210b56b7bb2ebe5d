import { CircleCheck, CircleDashed, CircleHelp, CirclePause, type LucideIcon, Unplug } from 'lucide-react'
import { IsolatedText } from '../design/isolated-text.tsx'

const looks: Readonly<Record<string, { readonly word: string; readonly icon: LucideIcon; readonly colour: string }>> = {
  connected: { word: 'Connected', icon: CircleCheck, colour: 'text-pass' },
  draining: { word: 'Draining', icon: CirclePause, colour: 'text-wait' },
  away: { word: 'Away', icon: Unplug, colour: 'text-fail' },
  new: { word: 'Not seen yet', icon: CircleDashed, colour: 'text-wait' },
}

/** Shows the state of a runner: icon, word and colour. An unknown state keeps its own word. */
export function RunnerState({ state }: { readonly state: string }) {
  const { word, icon: Icon, colour } = looks[state] ?? { word: state, icon: CircleHelp, colour: 'text-stop' }
  return (
    <span className={`inline-flex items-center gap-1.5 font-semibold whitespace-nowrap ${colour}`}>
      <Icon size={16} aria-hidden="true" />
      <IsolatedText text={word} />
    </span>
  )
}
