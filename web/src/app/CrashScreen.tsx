import { Bug } from 'lucide-react'
import { Component, type ReactNode } from 'react'

import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'

interface CrashScreenProps {
  children: ReactNode
}

/** What is left when a page fails, or cannot be fetched because a newer version was deployed. */
export class CrashScreen extends Component<CrashScreenProps, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return <Broken />
  }
}

/** The page when nothing else can be shown. */
export function Broken() {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <EmptyState
        headingLevel={1}
        isFailure
        icon={Bug}
        title="Something broke on this page"
        action={<Button onClick={() => window.location.reload()}>Load again</Button>}
      >
        Your messages are safe: what was not sent yet is kept in this browser.
      </EmptyState>
    </main>
  )
}
