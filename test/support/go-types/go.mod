module alloclens/test/go-types

go 1.22
