/** The whole interface on a world in memory: `npx vite --config tests/gallery/vite.config.ts`, then window.gallery. */
import { createRoot } from 'react-dom/client'

import { App } from '@/app/App'
import type { MessagingClient } from '@/messaging'
import '@/styles/index.css'

import { busyInbox, longConversation } from '../fixtures/scenes'
import { World } from '../fixtures/world'

const query = new URLSearchParams(sessionStorage.getItem('scene') ?? location.search)

function scene() {
  switch (query.get('scene')) {
    case 'empty': {
      const world = new World()
      world.logInAs('maya')
      return { world, ids: {} }
    }
    case 'guest':
      return { world: new World(), ids: {} }
    case 'long': {
      const { world, id } = longConversation(10_000, Number(query.get('unread') ?? 0))
      return { world, ids: { long: id } }
    }
    default:
      return busyInbox()
  }
}

const gallery = scene()
Object.assign(window, { gallery })
createRoot(document.getElementById('root')!).render(
  <App client={gallery.world as unknown as MessagingClient} />,
)
