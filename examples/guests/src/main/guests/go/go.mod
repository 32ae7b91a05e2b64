module guests.example/go

go 1.24
