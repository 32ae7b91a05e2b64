module guests.example/go-auth

go 1.24

require guests.example/go v0.0.0

replace guests.example/go => ../go
