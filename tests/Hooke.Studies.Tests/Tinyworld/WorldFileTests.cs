using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hooke.Tensors;

namespace Hooke.Studies.Tests;

/// <summary>A bad world file is refused with one sentence that says what is wrong; a small good one is told.</summary>
public class WorldFileTests
{
    const string Small = """
        {
          "name": "Small",
          "lists": {
            "girls": ["Ada", "Bea", "Cleo", "Dora", "Eva", "Fay", "Gina", "Hana", "Ida", "June"],
            "boys": ["Abe", "Ben", "Carl", "Dan", "Ed", "Fred", "Gus", "Hal", "Ian", "Jon"],
            "few": ["Ann", "Ena", "Isa"],
            "place": ["park", "inn"]
          },
          "tables": {
            "lands": {
              "columns": ["land", "town", "coin"],
              "rows": [["Ur", "Uris", "unit"], ["Vo", "Vola", "vint"], ["Wu", "Wuma", "wen"], ["Xa", "Xant", "xu"],
                       ["Yo", "Yolk", "yam"], ["Zi", "Zima", "zed"], ["Ke", "Kera", "kip"], ["La", "Lapo", "lek"],
                       ["Mi", "Miro", "mina"], ["No", "Nord", "nox"], ["Pe", "Peru", "pit"], ["Ra", "Rank", "ron"]]
            }
          },
          "passages": [
            {
              "kind": "fact", "name": "town-of", "weight": 3, "table": "lands", "asked": "town", "heldOut": 0.5,
              "templates": ["The town of {land} is {answer} .", "In {land} the town is {answer} ."]
            },
            {
              "kind": "pronoun", "name": "pronoun", "weight": 1, "genders": { "she": "girls", "he": "boys" },
              "heldOut": 0.5,
              "templates": ["{person} is late as {answer} sleeps .", "{person} ran since {answer} hurried ."]
            }
          ]
        }
        """;

    [Fact]
    public void A_small_world_tells_its_passages_as_often_as_their_weights_say()
    {
        World world = World.Parse(Small, seed: 3);
        double facts = Enumerable.Range(0, 2000).SelectMany(i => world.Document(4, i).Split(" ."))
            .Where(passage => passage != "").Average(passage => passage.Contains("town") ? 1.0 : 0);
        Assert.Equal(0.75, world.Behaviours[0].Share);
        Assert.InRange(facts, 0.72, 0.78); // about 16,000 draws: five standard deviations are 0.017
    }

    [Fact]
    public void Shuffled_facts_are_dealt_by_the_seed_and_each_is_used_once()
    {
        string shuffled = Small.Replace("\"rows\"", "\"shuffle\": [\"town\"], \"rows\"", StringComparison.Ordinal);
        Dictionary<string, string> first = Towns(World.Parse(shuffled, 1)), second = Towns(World.Parse(shuffled, 2));
        Assert.Equal(first.Count, first.Values.Distinct().Count());
        Assert.Contains(first.Keys.Intersect(second.Keys), land => first[land] != second[land]);
        Assert.All(Towns(World.Parse(Small, 1)), fact => Assert.Equal(fact.Key[0], fact.Value[0]));

        static Dictionary<string, string> Towns(World world) => Enumerable.Range(0, 300)
            .SelectMany(i => Regex.Matches(world.Document(1, i), @"(?:The town of|In) (\w+) (?:is|the town is) (\w+)"))
            .DistinctBy(match => match.Value)
            .Select(match => (Land: match.Groups[1].Value, Town: match.Groups[2].Value)).Distinct()
            .ToDictionary(fact => fact.Land, fact => fact.Town);
    }

    [Theory]
    [InlineData("\"kind\": \"fact\"", "\"kind\": \"dream\"", "dream")]
    [InlineData("\"kind\": \"fact\", ", "", "kinds are")]
    [InlineData("\"Bea\"", "\"Ada\"", "\"Ada\" twice")]
    [InlineData("\"Abe\"", "\"Ada\"", "\"Ada\" under two pronouns")]
    [InlineData("[\"Vo\", \"Vola\", \"vint\"]", "[\"Ur\", \"Vola\", \"vint\"]", "\"Ur\" twice")]
    [InlineData("[\"Vo\", \"Vola\", \"vint\"]", "[\"Vo\", \"Vola\"]", "2 words for 3 columns")]
    [InlineData("[\"Vo\", \"Vola\", \"vint\"]", "[\"Vo\", \"\", \"vint\"]", "2 words for 3 columns")]
    [InlineData("[\"Vo\", \"Vola\", \"vint\"]", "[\"Vo\", \"New Vola\", \"vint\"]", "more than one word")]
    [InlineData("\"she\": \"girls\"", "\"she\": \"few\"", "at least 4")]
    [InlineData("\"table\": \"lands\"", "\"table\": \"seas\"", "\"seas\"")]
    [InlineData("\"asked\": \"town\"", "\"asked\": \"king\"", "\"king\"")]
    [InlineData("{answer} sleeps", "sleeps", "{answer}")]
    [InlineData("The town of {land}", "The town of {world}", "\"world\"")]
    [InlineData("The town of", "The  town of", "two spaces")]
    [InlineData("\"heldOut\": 0.5", "\"heldOut\": 0.9", "heldOut")]
    [InlineData("\"heldOut\": 0.5", "\"heldOut\": 0", "held-out case")]
    [InlineData("\"weight\": 3", "\"weight\": 0", "weight 0")]
    [InlineData("\"weight\": 3", "\"weight\": 3, \"wait\": 1", "wait")]
    [InlineData("\"weight\": 3", "\"weight\": \"3\"", "weight")]
    [InlineData("\"name\": \"pronoun\"", "\"name\": \"town-of\"", "two passages are named \"town-of\"")]
    [InlineData("\"park\"", "\"<bos>\"", "<bos>")]
    [InlineData("\"name\": \"Small\",", "", "name")]
    [InlineData("\"passages\"", "\"pages\"", "passages")]
    [InlineData("\"columns\": [", "\"columns\": 3, \"more\": [", "columns")]
    public void A_bad_world_is_refused_with_what_is_wrong(string good, string bad, string expected)
    {
        string json = Small.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(Small, json);
        InputException fault = Assert.Throws<InputException>(() => World.Parse(json));
        Assert.Contains(expected, fault.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"name\": \"Empty\", \"lists\": {}, \"tables\": {}, \"passages\": []}")]
    [InlineData("{\"name\": null, \"lists\": {}, \"tables\": {}, \"passages\": []}")]
    [InlineData("{\"name\": \"Null\", \"lists\": {\"a\": null}, \"tables\": {}, \"passages\": [null]}")]
    public void What_is_no_world_is_refused(string json) => Assert.Throws<InputException>(() => World.Parse(json));

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        InputException fault = Assert.Throws<InputException>(() => World.Load("no/such/world.json"));
        Assert.Contains("no/such/world.json", fault.Message);
    }

    [Fact]
    public void Nulls_in_place_of_lists_tables_and_fields_are_refused()
    {
        string text = File.ReadAllText(Shipped.Path);
        foreach (string path in (string[])["lists", "tables", "passages"])
        {
            JsonNode root = JsonNode.Parse(text)!;
            JsonNode part = root[path]!;
            if (part is JsonObject named)
                foreach (string key in named.Select(p => p.Key).ToArray())
                    named[key] = null;
            else
                for (int i = 0; i < part.AsArray().Count; i++)
                    foreach (string key in part[i]!.AsObject().Select(p => p.Key).Where(k => k != "kind").ToArray())
                        part[i]![key] = null;
            Assert.Throws<InputException>(() => World.Parse(root.ToJsonString()));
        }
    }
}
