/**
 * Icons without the settings that this client never uses: a context for all icons, sizes in pixels, icons of other
 * shapes. Every icon here gets its size from a class, and is either `aria-hidden` or named by what surrounds it.
 */
const COMPONENT = /\/lucide-react\/dist\/esm\/createLucideIcon\.m?js$/
const ICON = /\/lucide-react\/dist\/esm\/icons\/[a-z0-9-]+\.m?js$/

const INSTEAD = `import { createElement } from 'react'
  export default ({ node }) => (props) =>
    createElement('svg', {
      width: 24, height: 24, viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor',
      strokeWidth: 2, strokeLinecap: 'round', strokeLinejoin: 'round', ...props,
    }, ...node.map(([tag, attributes]) => createElement(tag, attributes)))`

/** Minifiers keep them: nothing tells that no one reads them. */
const UNREAD =
  /\b(name|key): "[^"]*",?|, (key: "[^"]*")|size: 24,|aliases: \[[^\]]*\],?|^__iconData\.node;$/gm

/** @returns {import('vite').Plugin} */
export function trimLucide() {
  return {
    name: 'trim-lucide',
    apply: 'build',
    load: { filter: { id: COMPONENT }, handler: () => INSTEAD },
    transform: { filter: { id: ICON }, handler: (code) => code.replace(UNREAD, '') },
  }
}
