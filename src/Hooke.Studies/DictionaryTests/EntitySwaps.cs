using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Questions for one attribute of a table's entities, with the latents of one entity in another's place.</summary>
/// <param name="Attribute">The attribute that is to change.</param>
/// <param name="Train">Questions to learn from.</param>
/// <param name="Test">Questions of other pairs of the same entities.</param>
/// <param name="TestPairs">For each test question which pair it is of.</param>
sealed record AttributeSwaps(
    string Attribute, IReadOnlyList<LatentSwap> Train, IReadOnlyList<LatentSwap> Test, IReadOnlyList<int> TestPairs);

/// <summary>Facts of one table, asked behind the same beginning: <c>In France the capital is</c>.</summary>
/// <remarks>
/// The entity stands before the question, so that the activation at its token is the same whatever is asked. Entities of which
/// the model does not know every attribute are left out.
/// </remarks>
sealed class EntitySwaps(World world, WorldWords tokens, Model model, ulong seed)
{
    const int MostTrain = 200, MostTest = 60;
    const int LeastEntities = 5;

    /// <summary>Of every table that tells several attributes of its entities behind the same words, its attributes.</summary>
    public IReadOnlyList<(string Table, int Entities, IReadOnlyList<AttributeSwaps> Attributes)> All()
    {
        List<(string, int, IReadOnlyList<AttributeSwaps>)> all = [];
        foreach (IGrouping<string, Fact> facts in world.Told<Fact>().GroupBy(told => told.Table))
            if (Questions(facts) is { Count: > 1 } questions)
            {
                Table table = world.Data.Table(facts.Key, facts.First().Where);
                string[][] known = [.. table.Rows.Where(row => questions.All(question => Knows(question, row)))];
                if (known.Length >= LeastEntities)
                    all.Add((table.Columns[0], known.Length, [.. questions.Select(asked => Swaps(asked, questions, known))]));
            }
        return all;
    }

    // Of each fact the template that begins with words that a template of every other one begins with.
    List<FactQuestion> Questions(IEnumerable<Fact> facts)
    {
        Fact[] all = [.. facts];
        Table table = world.Data.Table(all[0].Table, all[0].Where);
        string key = $"{{{table.Columns[0]}}}";
        string[] Beginnings(Fact told) => [.. told.Templates.Where(text => text.Contains(key, StringComparison.Ordinal))
            .Select(text => text[..(text.IndexOf(key, StringComparison.Ordinal) + key.Length)])];
        string? shared = all.Select(Beginnings).Aggregate((common, more) => [.. common.Intersect(more)]).FirstOrDefault();
        return shared is null ? [] : [.. all.Select(told => new FactQuestion(
            told.Asked, world.Data.Column(told.Table, told.Asked, told.Where), table,
            new Template(told.Templates.First(text => text.StartsWith(shared, StringComparison.Ordinal)),
                world.Data, told.Where)))];
    }

    bool Knows(FactQuestion question, string[] row)
    {
        using Run run = model.Run(new TokenBatch([tokens.Of(question.Prompt(row))]), new Plan { LastLogitsOnly = true });
        return run.Top(1)[0].Token == tokens.OfWord(row[question.Column]);
    }

    AttributeSwaps Swaps(FactQuestion asked, List<FactQuestion> questions, string[][] entities)
    {
        (int, int)[] pairs = [.. from a in Enumerable.Range(0, entities.Length)
                                 from b in Enumerable.Range(0, entities.Length)
                                 where questions.All(q => entities[a][q.Column] != entities[b][q.Column])
                                 select (a, b)];
        new Rng(seed).Fork("pairs").Draw().Shuffle(pairs);
        int train = Math.Min(MostTrain, pairs.Length * 3 / 4);
        (int, int)[] test = [.. pairs.Skip(train).Take(MostTest)];
        LatentSwap[] Of((int A, int B) pair) =>
            [.. questions.Select(question => Swap(question, asked, entities[pair.A], entities[pair.B]))];
        return new AttributeSwaps(asked.Attribute, [.. pairs.Take(train).SelectMany(Of)], [.. test.SelectMany(Of)],
            [.. test.SelectMany((_, i) => Enumerable.Repeat(i, questions.Count))]);
    }

    LatentSwap Swap(FactQuestion question, FactQuestion asked, string[] entity, string[] other)
    {
        string text = question.Prompt(entity), source = question.Prompt(other);
        bool isCause = question == asked;
        int[] tokensOfEntity = tokens.Of(text), tokensOfOther = tokens.Of(source);
        if (tokensOfEntity.Length != tokensOfOther.Length)
            throw new InputException($"\"{text}\" and \"{source}\" are not equally long: latents cannot be exchanged by word");
        return new LatentSwap(tokensOfEntity, tokensOfOther, WorldWords.Position(text, entity[0].Split(' ')[0]),
            tokens.OfWord((isCause ? other : entity)[question.Column]), isCause);
    }

    /// <summary>One attribute, and how it is asked for.</summary>
    sealed record FactQuestion(string Attribute, int Column, Table Table, Template Template)
    {
        public string Prompt(string[] row) => Template.Prompt(Fact.RowSlots(Table, row, Column));
    }
}
