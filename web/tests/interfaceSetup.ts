import { configure } from '@testing-library/react'

// How long `findBy…` and `waitFor` wait: a busy machine may stand still meanwhile.
configure({ asyncUtilTimeout: 60_000 })
