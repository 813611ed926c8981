using Hooke.Models;

namespace Hooke.Studies;

/// <summary>A handful of the test prompts with what the model says next.</summary>
sealed class InvestigationExamples(Model model, InvestigationPrompts prompts)
{
    const int Count = 5;
    const int Tokens = 5;

    public IReadOnlyList<DossierExample> All()
    {
        using Run clean = model.Run(prompts.Test.Clean, new Plan { LastLogitsOnly = true });
        using Run counterfactual = model.Run(prompts.Test.Counterfactual, new Plan { LastLogitsOnly = true });
        double[] metric = prompts.Test.Metric(clean), other = prompts.Test.Metric(counterfactual);
        return [.. prompts.TestPairs.Take(Count).Select((pair, i) => new DossierExample(
            pair.Clean, pair.Counterfactual, string.Join(" / ", pair.Answers), string.Join(" / ", pair.Foils),
            metric[i], other[i], Top(clean, i)))];
    }

    NextToken[] Top(Run run, int prompt)
    {
        double[] logits = [.. run.LastLogits(prompt).ToArray().Select(l => (double)l)];
        double max = logits.Max(), sum = logits.Sum(l => Exp(l - max));
        return [.. run.Top(Tokens, prompt)
            .Select(t => new NextToken(model.Tokenizer.TokenText(t.Token), Exp(t.Logit - max) / sum))];
    }

    static double Exp(double x) => Tensors.Elementary.Exp((float)x);
}
