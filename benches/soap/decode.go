// Reads the answer of benches/soap_parse.rs with encoding/xml, record by record, and comes to the same check sum.
package main

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

type item struct {
	EmployeeID int64    `xml:"EmployeeId"`
	Records    []record `xml:"EmployeePersonalInfos>PersonalInfo_V2"`
}

type record struct {
	EmployeeNumber int64
	Nickname       string
	FistName       string
	Initials       string
	Prefix         string
	LastName       string
	EmailWork      string
	EmailPrivate   string
	Birthday       string
	CreationDate   string
	StartYear      int64
	StartPeriod    int64
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	decoder := xml.NewDecoder(bufio.NewReaderSize(file, 64*1024))
	var rows, total int64
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "PersonalInfoItem" {
			continue
		}
		var item item
		if err := decoder.DecodeElement(&item, &start); err != nil {
			log.Fatal(err)
		}
		rows++
		total += item.EmployeeID
		for _, record := range item.Records {
			total += of(record)
		}
	}
	fmt.Printf("%d rows, check sum %d\n", rows, total)
}

func of(record record) int64 {
	first := record.Nickname
	if strings.TrimSpace(first) == "" {
		first = record.FistName
	}
	var total int64
	for _, text := range []string{first, record.FistName, record.Prefix, record.Initials, record.LastName, record.EmailWork, record.EmailPrivate} {
		total += int64(utf8.RuneCountInString(strings.TrimSpace(text)))
	}
	if len(record.Birthday) >= 10 {
		day, _ := strconv.ParseInt(record.Birthday[8:10], 10, 64)
		total += day
	}
	return total + record.EmployeeNumber + record.StartYear*100 + record.StartPeriod
}
