import { i18n, type MessageDescriptor } from '@lingui/core'
import { cloneElement, type ReactElement, type ReactNode } from 'react'

interface TransProps extends MessageDescriptor {
  components?: Record<string, ReactElement>
}

/**
 * Runs what Lingui's macro `<Trans>` compiles to: a text with elements inside, "Talk to <0>{name}</0>.".
 * Lingui's own component would bring a context provider that this client has no use for.
 */
export function Trans({ components = {}, ...descriptor }: TransProps): ReactNode {
  return withElements(i18n._(descriptor), components)
}

const ELEMENT = /<(\d+)>(.*?)<\/\1>|<(\d+)\/>/su

function withElements(text: string, components: Record<string, ReactElement>): ReactNode {
  const match = ELEMENT.exec(text)
  const element = components[match?.[1] ?? match?.[3] ?? '']
  if (match === null || element === undefined) return text
  return (
    <>
      {text.slice(0, match.index)}
      {match[2] === undefined
        ? element
        : cloneElement(element, {}, withElements(match[2], components))}
      {withElements(text.slice(match.index + match[0].length), components)}
    </>
  )
}
