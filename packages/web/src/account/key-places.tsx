import { Checkbox } from '../design/checkbox.tsx'

interface KeyPlacesProps {
  readonly slugs: readonly string[]
  /** null: all. */
  readonly chosen: string[] | null
  readonly onChange: (chosen: string[] | null) => void
}

/** In which organizations a key works. */
export function KeyPlaces({ slugs, chosen, onChange }: KeyPlacesProps) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-semibold">Organizations</legend>
      {slugs.map((slug) => (
        <Checkbox
          key={slug}
          label={slug}
          disabled={chosen === null}
          checked={chosen === null || chosen.includes(slug)}
          onChange={(isOn) => onChange(slugs.filter((one) => (one === slug ? isOn : chosen?.includes(one))))}
        />
      ))}
      <Checkbox
        label="All my organizations, including future ones"
        checked={chosen === null}
        onChange={(isOn) => onChange(isOn ? null : slugs.slice(0, 1))}
      />
    </fieldset>
  )
}
