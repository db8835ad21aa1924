import { defineConfig } from 'vite'

/** Relative addresses, so that the pages work below any path prefix. Nothing is inlined: their policy forbids it. */
export default defineConfig({
  base: './',
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onLog(level, log, handle) {
        // "use client" is for servers that draw pages.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
  server: {
    proxy: { '/api': 'http://localhost:15672' },
  },
})
