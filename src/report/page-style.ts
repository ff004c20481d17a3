import { COLOURS, FONT } from '../drawing/style';

/** The style sheet of the page: light or dark like the reader's system, one column on a phone. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --paper: ${COLOURS.background}; --ink: ${COLOURS.text}; --faint: ${COLOURS.faint}; --line: #d0d0d0; --field: #f3f3f3;
  --normal: ${COLOURS.normal}; --abnormal: ${COLOURS.abnormal} }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181b; --ink: #e8e8e8; --faint: #b0b0b0; --line: #44484d; --field: #24272b; --normal: #4aa3df; --abnormal: #f08a3c } }
* { box-sizing: border-box } [hidden] { display: none !important }
body { margin: 0 auto; max-width: 82rem; padding: 1rem clamp(.7rem, 2.5vw, 2rem) 3rem; background: var(--paper); color: var(--ink); font: 15px/1.5 ${FONT} }
h1 { font-size: 1.5rem; margin: .4rem 0 .6rem } h2 { font-size: 1.1rem; margin: 0 }
h1, h2, dd, .name { overflow-wrap: anywhere; unicode-bidi: isolate }
p { max-width: 52rem; margin: .4rem 0 } .faint { color: var(--faint); font-size: .87rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0; font-size: .87rem } dt { color: var(--faint) } dd { margin: 0 }
button, input, select { font: inherit; color: inherit; background: var(--field); border: 1px solid var(--line); border-radius: 5px; padding: .2rem .6rem }
button { cursor: pointer } button:hover { border-color: var(--faint) }
button[aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink) }
:focus-visible { outline: 3px solid var(--normal); outline-offset: 2px }
#board { position: sticky; top: 0; z-index: 1; display: grid; grid-template-columns: minmax(0, 1fr) auto auto; gap: .5rem 2.2rem; align-items: start; margin: 1rem 0;
  padding: .8rem 0; background: var(--paper); border-block: 1px solid var(--line) }
#strip { display: block; width: 100%; height: 42px } #slider { display: block; width: 100%; height: 20px; margin: 0; padding: 0; border: 0; background: none; appearance: none; cursor: pointer }
#slider::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: var(--line) }
#slider::-webkit-slider-thumb { appearance: none; width: 18px; height: 18px; margin-top: -7px; border-radius: 50%; background: var(--ink) }
#slider::-moz-range-track { height: 4px; border-radius: 2px; background: var(--line) }
#slider::-moz-range-thumb { width: 18px; height: 18px; border: 0; border-radius: 50%; background: var(--ink) }
.row { display: flex; flex-wrap: wrap; gap: .4rem .6rem; align-items: center; margin-top: .5rem } #exact { width: 8.5rem }
.lanes { display: flex; justify-content: space-between; gap: 1rem } .swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .35em }
.swatch.normal { background: var(--normal) } .swatch.abnormal { background: var(--abnormal) }
table { border-collapse: separate; border-spacing: 4px; font-size: .87rem } th { font-weight: 400; color: var(--faint); text-align: left }
td button { width: 8.2rem; text-align: left; line-height: 1.25 } td button b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums }
#rates { display: flex; flex-wrap: wrap; gap: 0 1.1rem; font-size: .87rem; font-variant-numeric: tabular-nums }
#list { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(7.6rem, 1fr)); gap: .6rem }
#list button { width: 100%; height: 100%; padding: 0 0 .35rem; overflow: hidden; text-align: left; font-size: .8rem; line-height: 1.35; border-width: 2px }
#list .picture { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; background: #000 } #list span { display: block; padding: 0 .45rem }
#list span.picture { display: grid; place-items: center; padding: .4rem; background: var(--field); color: var(--faint); text-align: center }
#list .wrong button { border-color: var(--ink) } #list .wrong .outcome { font-weight: 700 }
#list .name { color: var(--faint); white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
dialog { width: min(70rem, 96vw); max-height: 94vh; border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.2rem; background: var(--paper); color: var(--ink) }
dialog::backdrop { background: #000a } .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); gap: .8rem; margin: .8rem 0 }
figure { margin: 0 } figure img, figure .none { display: grid; place-items: center; width: 100%; aspect-ratio: 1; object-fit: contain; background: #000; color: #ccc; text-align: center }
#wrong { margin: .4rem 0; border-left: 4px solid var(--abnormal); padding-left: .6rem } #exact[aria-invalid] { border-color: var(--abnormal) }
#key { margin-top: .7rem } .heat { max-width: 26rem } .scale { height: .6rem; border-radius: 2px } .ends { display: flex; justify-content: space-between }
#roc { width: 9rem; height: 9rem } .stack { position: relative; background: #000 } .stack .over { position: absolute; inset: 0; width: 100%; height: 100% }
.stack .contour { object-fit: contain; pointer-events: none } #list .tag { font-weight: 700 } #search { min-width: 12rem }
#slice, #opacity { padding: 0 } #kinds td { text-align: right; font-variant-numeric: tabular-nums } #kinds button { width: auto } #tag { min-width: 14rem } section { margin: .8rem 0 }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .6rem }
@media (max-width: 52rem) { #board { grid-template-columns: minmax(0, 1fr); position: static } td button { width: 100% } table { width: 100% }
  #list { grid-template-columns: repeat(auto-fill, minmax(6.4rem, 1fr)) } }
@media print { #board { position: static } }
`;
