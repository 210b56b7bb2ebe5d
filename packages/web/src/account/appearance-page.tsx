import type { ReactNode } from 'react'
import { setAppearance, themes, useAppearance } from '../browser/appearance.ts'
import { Checkbox } from '../design/checkbox.tsx'
import { Segmented } from '../design/segmented.tsx'
import { AccountLayout } from './account-layout.tsx'

/** Sets theme, density, time zone and shortcuts of this device (web S6). */
export function AppearancePage() {
  const { theme, density, zone, singleKeys } = useAppearance()
  return (
    <AccountLayout title="Appearance">
      <div className="flex flex-col gap-6 px-4 py-6">
        <Choice name="Theme">
          <Segmented
            label="Theme"
            value={theme}
            choices={themes}
            onChange={(value) => setAppearance({ theme: value })}
          />
        </Choice>
        <Choice name="Density">
          <Segmented
            label="Density"
            value={density}
            choices={[
              { value: 'comfortable', label: 'Comfortable' },
              { value: 'compact', label: 'Compact' },
            ]}
            onChange={(value) => setAppearance({ density: value })}
          />
        </Choice>
        <Choice name="Times">
          <Segmented
            label="Times"
            value={zone}
            choices={[
              { value: 'local', label: 'Local time' },
              { value: 'utc', label: 'UTC' },
            ]}
            onChange={(value) => setAppearance({ zone: value })}
          />
        </Choice>
        <Choice name="Keyboard">
          <Checkbox
            label="Single-key shortcuts"
            hint="Press ? on any page to list them. Shortcuts with Ctrl or ⌘ always work."
            checked={singleKeys}
            onChange={(checked) => setAppearance({ singleKeys: checked })}
          />
        </Choice>
        <p className="text-13 text-muted">These settings apply to this device only.</p>
      </div>
    </AccountLayout>
  )
}

function Choice({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-2">
      <h2 className="font-semibold">{name}</h2>
      {children}
    </div>
  )
}
