import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/hooks.js'
import { SessionGate } from './api/session.js'
import { App } from './app.js'
import { applyTheme } from './components/theme.js'
import { Toasts } from './components/toasts.js'
import { Login } from './pages/login.js'
import './theme.css'
import './style.css'

applyTheme()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <SessionGate login={<Login />}>
        <App />
      </SessionGate>
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
)
