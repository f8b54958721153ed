import { t } from '@lingui/core/macro'

/** Plain text with its line breaks; its own direction decides the side. */
export function ItemDescription({ text }: { text: string }) {
  return (
    <section aria-labelledby="description" className="mt-6">
      <h2 id="description" className="text-lg font-semibold">
        {t`Description`}
      </h2>
      <p
        dir="auto"
        className="mt-2 max-w-[65ch] text-start leading-relaxed wrap-anywhere whitespace-pre-line"
      >
        {text}
      </p>
    </section>
  )
}
