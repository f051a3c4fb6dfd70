"""Reading Elasticsearch's JSON of every age: pure, bounded, and shared by the products that hand it on."""
