using System.Diagnostics;
using Hooke.Models;
using Hooke.Studies;

World world = World.Load("models/tinyworld/world.json");
Console.WriteLine($"vocab {world.Vocabulary.Count}");
TinyworldSettings settings = new(Steps: int.Parse(args[1]));
using TinyworldTraining training = new(world, settings, args[0]);
Stopwatch watch = Stopwatch.StartNew();
int start = training.Losses.Count;
training.Run(step =>
{
    if (step % 20 == 0)
        Console.WriteLine($"{step} loss {training.Losses.TakeLast(20).Average():f3} {(step - start) * training.TokensPerStep / watch.Elapsed.TotalSeconds:f0} tok/s");
});
using Model model = Model.Load(args[0]);
foreach (BehaviourScore score in TinyworldTest.Run(model, world))
    Console.WriteLine($"{score.Behaviour,-28} {score.Prompts} {score.Accuracy:f3} {score.LogitDifference:f2}");
return 0;
