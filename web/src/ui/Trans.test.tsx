import { Trans } from '@lingui/react/macro'
import { render } from '@testing-library/react'
import { expect, it } from 'vitest'

it('puts elements into a text, also inside each other', () => {
  const name = 'Maya'
  const { container } = render(
    <p>
      <Trans>
        Talk to{' '}
        <b>
          {name} <i>Fischer</i>
        </b>{' '}
        or <u>wait</u>.
        <br />
        {name} answers.
      </Trans>
    </p>,
  )
  expect(container.innerHTML).toBe(
    '<p>Talk to <b>Maya <i>Fischer</i></b> or <u>wait</u>.<br>Maya answers.</p>',
  )
})
