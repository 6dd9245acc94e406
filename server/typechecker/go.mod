module alloclens/typechecker

go 1.21
