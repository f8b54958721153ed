/** The whole interface on a server in memory: `npx vite --config tests/gallery/vite.config.ts`, then window.server. */
import '@/locales/activate'

import { createRoot } from 'react-dom/client'

import { App } from '@/app/App'
import { createMessagingClient } from '@/messaging'
import '@/styles/index.css'

import { serve } from '../fakes/page'
import { busyInbox, longConversation, marketplaceOnly } from '../fixtures/scenes'

const query = new URLSearchParams(sessionStorage.getItem('scene') ?? location.search)

function scene() {
  switch (query.get('scene')) {
    case 'empty':
    case 'guest':
      return marketplaceOnly()
    case 'long':
      return longConversation(10_000, Number(query.get('unread') ?? 0))
    default:
      return busyInbox()
  }
}

const server = scene()
Object.assign(window, { server })
serve(server)
const client = createMessagingClient()
await (query.get('scene') === 'guest' ? client.logOut() : client.logIn('maya'))
createRoot(document.getElementById('root')!).render(<App client={client} />)
