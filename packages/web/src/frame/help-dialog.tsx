import { Fragment, useEffect } from 'react'
import { setAppearance, useAppearance } from '../browser/appearance.ts'
import { Checkbox } from '../design/checkbox.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { Keys } from '../interaction/keys.tsx'
import { closeOverlay, takeTyped } from '../interaction/overlays.ts'
import { type Place, useAllShortcuts } from '../interaction/shortcuts.ts'

const places: Readonly<Record<Place, string>> = {
  everywhere: 'Everywhere',
  list: 'Lists',
  build: 'Build',
  graph: 'Graph',
  log: 'Log',
}

/** Lists the registered keys, by place. */
export function HelpDialog() {
  const registered = useAllShortcuts()
  const { singleKeys } = useAppearance()
  useEffect(() => void takeTyped(), [])
  return (
    <Dialog open onClose={closeOverlay} title="Keyboard shortcuts" wide>
      <div className="grid gap-x-8 gap-y-4 pb-4 sm:grid-cols-2">
        {(Object.keys(places) as Place[]).map((place) => {
          const shortcuts = registered.filter((one) => one.place === place).flatMap((one) => one.shortcuts)
          if (shortcuts.length === 0) return null
          return (
            <section key={place} className="break-inside-avoid">
              <h3 className="pb-1 font-semibold">{places[place]}</h3>
              <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1">
                {shortcuts.map(({ keys, does }) => (
                  <Fragment key={keys}>
                    <dt>
                      <Keys keys={keys} />
                    </dt>
                    <dd>{does}</dd>
                  </Fragment>
                ))}
              </dl>
            </section>
          )
        })}
      </div>
      <div className="border-t border-hairline py-4">
        <Checkbox
          label="Single-key shortcuts"
          checked={singleKeys}
          onChange={(isOn) => setAppearance({ singleKeys: isOn })}
        />
      </div>
    </Dialog>
  )
}
