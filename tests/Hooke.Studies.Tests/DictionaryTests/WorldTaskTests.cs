using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>Labels, pairs and questions that a world's own tables give, held against these tables.</summary>
public sealed class WorldTaskTests : IDisposable
{
    readonly Model _model = Model.Load(Path.Combine(Fixtures.Root, "models", "tinyworld"));
    readonly WorldWords _tokens;

    public WorldTaskTests() => _tokens = new WorldWords(_model);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Classes_are_those_of_the_worlds_tables()
    {
        IReadOnlyList<LabelledPrompts> kinds = new WorldClasses(Shipped.World, _tokens, 1).All();
        Assert.Equal(["gender of a name", "country of a landmark", "category of a thing", "harm of a thing", "number of the subject",
            "language asked for"], kinds.Select(kind => kind.Name));
        LabelledPrompts countries = kinds[1];
        Assert.Equal(24, countries.Classes.Count);
        for (int i = 0; i < countries.Labels.Count; i++)
        {
            string landmark = _model.Tokenizer.TokenText(countries.Tokens[i][countries.Positions[i]]).Trim();
            Assert.Equal(countries.Entities[i], landmark);
            Assert.Contains($"[\"{landmark}\", ", File.ReadAllText(Shipped.Path), StringComparison.Ordinal);
            Assert.Matches($"\\[\"{landmark}\", \"[a-z]+\", \"{countries.Labels[i]}\"\\]", File.ReadAllText(Shipped.Path));
        }
    }

    [Fact]
    public void No_entity_is_trained_on_and_tested_and_each_class_is_in_both_halves()
    {
        foreach (LabelledPrompts kind in new WorldClasses(Shipped.World, _tokens, 1).All())
            foreach (ProbeTask task in kind.Tasks(3))
            {
                Assert.Empty(task.Train.Select(row => kind.Entities[row]).Intersect(task.Test.Select(row => kind.Entities[row])));
                Assert.Equal(2, task.TrainLabels.Distinct().Count());
                Assert.Equal(2, task.TestLabels.Distinct().Count());
            }
    }

    [Fact]
    public void Spurious_pairs_have_each_case_equally_often_in_both_halves()
    {
        IReadOnlyList<SpuriousPair> pairs = new SpuriousPairs(Shipped.World, _tokens, 1).All();
        Assert.Equal(3, pairs.Count);
        foreach (SpuriousPair pair in pairs)
            foreach (IReadOnlyList<int> rows in new[] { pair.First.Train, pair.First.Test })
                Assert.Single(rows.GroupBy(row => (pair.First.Labels[row], pair.Second.Labels[row])).Select(group => group.Count()).Distinct());
        SpuriousPair number = pairs[0];
        for (int row = 0; row < number.Tokens.Count; row++) // the last word is the other noun
            Assert.Equal(number.Second.Labels[row], IsPlural(_model.Tokenizer.TokenText(number.Tokens[row][^1]).Trim()));

        static bool IsPlural(string noun) => noun is "children" or "mice" or "knives" or "shelves" || noun.EndsWith('s');
    }

    [Fact]
    public void Swaps_ask_for_what_the_other_entity_has_where_they_should_change_and_else_for_the_own()
    {
        (string table, int entities, IReadOnlyList<AttributeSwaps> attributes) =
            Assert.Single(new EntitySwaps(Shipped.World, _tokens, _model, 1).All());
        Assert.Equal("country", table);
        Assert.InRange(entities, 20, 24);
        Assert.Equal(["capital", "language", "currency", "river"], attributes.Select(attribute => attribute.Attribute));
        string facts = File.ReadAllText(Shipped.Path);
        foreach (LatentSwap swap in attributes[0].Test)
        {
            string country = Word(swap.IsCause ? swap.Source[swap.From] : swap.Base[swap.From]);
            Assert.Matches($"\\[\"{country}\", [^\\]]*\"{Word(swap.Answer)}\"", facts);
            Assert.Equal(swap.IsCause, swap.Base.Any(token => Word(token) == "capital"));
        }
        Assert.Empty(attributes[0].Train.Select(Both).Intersect(attributes[0].Test.Select(Both)));

        string Word(int token) => _model.Tokenizer.TokenText(token).Trim();
        (int, int) Both(LatentSwap swap) => (swap.Base[swap.From], swap.Source[swap.From]);
    }

    [Fact]
    public void The_model_knows_the_record_that_is_to_be_forgotten()
    {
        RecordQuestions questions = RecordQuestions.Of(Shipped.World, _tokens, 1)!;
        Question[] record = [.. questions.ForgetToTest];
        using Run run = _model.Run(new TokenBatch([.. record.Select(question => question.Tokens)]), new Plan { LastLogitsOnly = true });
        Assert.All(record.Select((question, i) => question.Right.Contains(run.Top(1, i)[0].Token)), Assert.True);
        Assert.Empty(record.Select(Text).Intersect(questions.ForgetToChoose.Select(Text)));
        Assert.Empty(questions.RetainToChoose.Select(Text).Intersect(questions.ForgetToChoose.Select(Text)));

        static string Text(Question question) => string.Join(' ', question.Tokens);
    }
}
