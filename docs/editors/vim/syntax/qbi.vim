" Vim syntax of qbi; made by docs/editors/make.py
if exists('b:current_syntax')
  finish
endif

syntax keyword qbiOperator abs as background ball blobs boundaries box clip close count crop cross dilate disk dog erode exp foam full gaussian histogram invert isodata label li like log max maximum mean mean_level median min minimum montage noise ones open ortho otsu overlay percentile plot project rank read rescale sqrt std sum threshold tophat triangle uniform unsharp where zeros
syntax keyword qbiStatement def in param print qbi save to use with
syntax keyword qbiConditional if then else
syntax keyword qbiLogic and not or
syntax keyword qbiBoolean false true
syntax match qbiType /:\s*\zs\%(bool\|element\|f32\|f64\|i16\|i32\|i8\|image\|labels\|length\|list\|mask\|number\|path\|picture\|plot\|stage\|string\|table\|time\|u16\|u32\|u8\)\>/
syntax match qbiNumber /\<\d\+\%(\.\d\+\)\?\%([eE][+-]\?\d\+\)\?\%(\s*\%(min\|mm\|ms\|nm\|px\|s\|um\|µm\|μm\)\>\)\?/
syntax match qbiPipe /|>/
syntax match qbiEscape /\\[nt"\\]\|{{\|}}/ contained
syntax match qbiHole /{\w\+\%(\.\%(stem\|name\|dir\)\)\?}/ contained
syntax region qbiString start=/"/ skip=/\\./ end=/"/ oneline contains=qbiEscape,qbiHole
syntax match qbiComment /#.*/ contains=@Spell

highlight default link qbiOperator Function
highlight default link qbiStatement Statement
highlight default link qbiConditional Conditional
highlight default link qbiLogic Operator
highlight default link qbiBoolean Boolean
highlight default link qbiType Type
highlight default link qbiNumber Number
highlight default link qbiPipe Operator
highlight default link qbiEscape SpecialChar
highlight default link qbiHole Identifier
highlight default link qbiString String
highlight default link qbiComment Comment

let b:current_syntax = 'qbi'
