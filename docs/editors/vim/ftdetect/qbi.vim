autocmd BufRead,BufNewFile *.qbi setfiletype qbi
