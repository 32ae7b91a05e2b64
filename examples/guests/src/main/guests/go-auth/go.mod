module go-auth

go 1.24
